"""Suggest sites by location models solved to a proven bound."""
