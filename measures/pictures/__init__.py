"""Geometry of the pictures: plain numbers in, coordinates out; the templates draw them as SVG."""
