"""Show the studies in Streamlit, in Chinese."""
