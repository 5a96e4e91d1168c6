"""The places of the world that guests name: an index on disk, how it is built and how it is searched."""
