//! Routes what seven callers ask for.

use std::error::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    router::story(&mut std::io::stdout()).await
}
