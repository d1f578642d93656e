"""Training of the pair ranker that ships with LLM-Blender."""
