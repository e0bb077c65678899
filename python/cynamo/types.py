"""The types of key attributes and the two roles of a key, as CreateTable names them."""

STRING = 'S'
NUMBER = 'N'
BINARY = 'B'
HASH = 'HASH'
RANGE = 'RANGE'
