//! What a CPEX plugin author needs: plugin traits, results, ports and test doubles
