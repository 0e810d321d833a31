"""Write results for people: Excel, maps and GIS files."""
