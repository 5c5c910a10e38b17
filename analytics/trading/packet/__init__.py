"""Trading › Capital-Ready Packet: the record as a document that can be handed on."""
