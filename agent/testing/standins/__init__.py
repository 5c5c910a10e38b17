"""Servers on the loopback that speak the providers' real protocols, and answer as a test scripts them."""

from agent.testing.standins.server import Call, Heard, Reply, StandIn, stand_in

__all__ = ["Call", "Heard", "Reply", "StandIn", "stand_in"]
