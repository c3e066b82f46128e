"""Days of many conversations on paper: a model, and a simulation of its queue."""
