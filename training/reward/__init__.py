"""A language model that rates answers: the ranker `embedded`, and the teacher of `small`."""
