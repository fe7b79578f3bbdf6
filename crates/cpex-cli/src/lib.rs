//! The cpex command: check, eval, test and demo
