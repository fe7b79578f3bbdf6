//! Where policy meets the message: attribute vocabulary, facts over an envelope, route tables
