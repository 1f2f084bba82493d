//! Same inputs, same bytes: the authenticator, without clock, randomness, I/O, threads or async of its own.
