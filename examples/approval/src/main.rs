//! Tells the story of one raise.

use std::error::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    approval::story(&mut std::io::stdout()).await
}
