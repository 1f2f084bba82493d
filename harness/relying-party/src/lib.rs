//! Verifies from bytes alone, step by step; never sees the emulator.
