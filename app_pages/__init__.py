"""How it is used: the pages, and the only room that knows Streamlit."""
