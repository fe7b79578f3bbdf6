//! `plugin_dirs`: for hosts that load plugins from files, and refused by any other.

use cpex_core::document::Document;
use cpex_core::{ManagerConfig, PluginManager};

const DOCUMENT: &str = "plugin_dirs: [plugins, more]\nroutes: [ { tool: lookup } ]\n";

#[test]
fn a_host_that_loads_no_plugins_from_files_refuses_directories_of_them() {
    let refusal = PluginManager::default().load_config_yaml(DOCUMENT).unwrap_err().to_string();
    let expected = "<document>:1:1: error[document.unsupported]: `plugin_dirs` is for hosts that load plugins from files, \
                    and this one does not";
    assert!(refusal.starts_with(expected), "{refusal}");
    assert!(refusal.contains("help: remove it, and register factories"), "{refusal}");
}

#[test]
fn a_host_that_does_takes_it_and_so_does_a_check() {
    let config = ManagerConfig { loads_plugin_dirs: true, ..ManagerConfig::default() };
    PluginManager::new(config).load_config_yaml(DOCUMENT).unwrap();
    PluginManager::default().check(&Document::parse("policy.yaml", DOCUMENT).unwrap()).unwrap();
}

#[test]
fn what_is_no_list_of_names_is_refused_everywhere() {
    let document = Document::parse("policy.yaml", "plugin_dirs: plugins\n").unwrap();
    let refusal = PluginManager::default().check(&document).unwrap_err().to_string();
    assert!(refusal.contains("document.wrong_shape"), "{refusal}");
}
