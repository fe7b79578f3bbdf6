//! Blocks that are taken `from=` a file: the file is compiled and tested where it stands, and the block is a part of it.

use super::page::{all_blocks, read};

#[test]
fn what_a_page_shows_of_a_file_stands_in_the_file() {
    let excerpts: Vec<_> =
        ["rust", "yaml"].into_iter().flat_map(all_blocks).filter(|block| block.mark("from").is_some()).collect();
    assert!(excerpts.len() >= 10, "too few excerpts were found: {}", excerpts.len());
    for block in excerpts {
        let file = block.mark("from").unwrap();
        assert!(read(file).contains(&block.text), "{}: `{file}` does not hold this:\n{}", block.place(), block.text);
    }
}
