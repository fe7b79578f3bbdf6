//! Calling foreign code: timeout, panic guard, bounded fan-out, cancellation
