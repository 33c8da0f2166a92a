"""Friends, blocks, gifts, and finding other players."""
