"""The five flows: devices that are not ours, certified as a user would certify them."""
