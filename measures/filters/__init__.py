"""The selection of measures: what an address asks for, and how many each other choice gives."""

from measures.filters.facets import Facet, Facets
from measures.filters.measures import MeasureFilter

__all__ = ["Facet", "Facets", "MeasureFilter"]
