"""Lessons as pages: figures as SVG, formulas as MathML, one file that needs no other."""
