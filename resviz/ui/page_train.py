"""page train (being written)"""
