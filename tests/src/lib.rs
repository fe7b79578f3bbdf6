//! The conformance corpus through every door, and the tidy test
