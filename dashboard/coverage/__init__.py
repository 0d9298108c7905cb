"""How many are enrolled: the five states, the cube that answers every chart, the days gone by."""
