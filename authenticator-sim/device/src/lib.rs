//! The only emulator code that touches the operating system.
