"""How it looks on a map: folium draws an empty frame, the browser fetches everything else by address."""
