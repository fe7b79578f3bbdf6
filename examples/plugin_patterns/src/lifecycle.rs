//! A lifecycle that may run more than once: what is open is not opened again, what is closed is not closed again.

use std::sync::{Mutex, PoisonError};

use cpex_sdk::{Plugin, PluginError, async_trait};

/// A plugin that holds a connection, which it opens when it starts and closes when it stops.
#[derive(Debug, Default)]
pub struct Connected {
    connection: Mutex<Option<Connection>>,
}

/// Stands for a client of another service.
#[derive(Debug)]
pub struct Connection;

impl Connection {
    /// Ends it.
    const fn close(self) {}
}

#[async_trait]
impl Plugin for Connected {
    async fn initialize(&self) -> Result<(), PluginError> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        // Several documents may hold the same plugin, and each of them initializes it.
        connection.get_or_insert(Connection);
        Ok(())
    }

    async fn shutdown(&self) {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(connection) = connection {
            connection.close();
        }
    }
}

impl Connected {
    /// Whether the connection is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}

#[cfg(test)]
mod tests {
    use cpex_sdk::Plugin as _;
    use cpex_sdk::testing::block_on;

    use super::Connected;

    #[test]
    fn starting_and_stopping_twice_is_like_once() {
        let plugin = Connected::default();
        assert_eq!((block_on(plugin.initialize()), block_on(plugin.initialize())), (Ok(()), Ok(())));
        assert!(plugin.is_open());
        block_on(plugin.shutdown());
        block_on(plugin.shutdown());
        assert!(!plugin.is_open());
    }
}
