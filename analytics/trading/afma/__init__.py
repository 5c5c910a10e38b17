"""Trading › AFMA: the Adaptive Form Moving Average, our reading of the brief's word."""
