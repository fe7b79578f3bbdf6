//! Serves `policy.yaml`, or the document that is named, on 127.0.0.1:3595.

use std::env;
use std::error::Error;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use authzen::{DecisionPoint, Server};
use cpex::cmf::Secret;
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Err(error) = serve().await else { return ExitCode::SUCCESS };
    // Where the text cannot be written either, the status alone tells.
    let _ = writeln!(std::io::stderr(), "{error}");
    ExitCode::FAILURE
}

async fn serve() -> Result<(), Box<dyn Error>> {
    let policy = env::args_os().nth(1).map_or_else(|| "examples/authzen/policy.yaml".into(), PathBuf::from);
    let token = env::var("AUTHZEN_TOKEN").map_err(|_| "set AUTHZEN_TOKEN to the token enforcement points will send")?;
    let point = DecisionPoint::of_file(&policy).await?;
    let listener = TcpListener::bind("127.0.0.1:3595").await?;
    let url = format!("http://{}", listener.local_addr()?);
    writeln!(std::io::stdout(), "deciding at {url} by {}", policy.display())?;
    Server { point, url, token: Secret::new(token) }.serve(listener).await;
    Ok(())
}
