//! A file that ends too early is told as such, with the place where it ends, wherever that is.

use std::{fs, path::PathBuf};

use heap_analyzer::{
    error::Code,
    monitor::Monitor,
    snapshot::{Snapshot, Source},
};

use crate::{
    alone,
    fuzz::graph::{check_refusal, open},
    synthetic::{Random, program},
    tier,
};

#[test]
fn a_cut_at_every_byte_is_told_with_its_place() {
    let _alone = alone();
    let text = program(tier(150, 1650), 1);
    assert!(text.len() <= 64 << 10, "{}", text.len());
    let whole = text.trim_ascii_end().len();
    assert!(open(&text[..whole]).is_ok());
    for cut in 0..whole {
        let error = open(&text[..cut]).expect_err("a cut snapshot");
        check_refusal(&error, cut);
        let wanted = if cut == 0 { Code::Empty } else { Code::Truncated };
        assert_eq!(error.code(), wanted, "cut at {cut} of {whole}: {error}");
    }
    println!("cut at every one of {whole} bytes");
}

#[test]
fn a_packed_file_cut_anywhere_is_no_snapshot() {
    let _alone = alone();
    let text = program(tier(60, 900), 2);
    for packed in [zstd::encode_all(&text[..], 1).unwrap(), gzip(&text)] {
        assert!(open(&packed).is_ok());
        for cut in 0..packed.len() {
            let error = open(&packed[..cut]).expect_err("a cut file");
            let early = matches!(error.code(), Code::Truncated | Code::Empty);
            // Less than the magic number is no packed file, but some other.
            assert!(early || cut < 4 && error.code() == Code::NotSnapshot, "cut at {cut}: {} {error}", error.code());
        }
    }
}

pub(crate) fn gzip(text: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(text).unwrap();
    writer.finish().unwrap()
}

/// A file that is gone when the test ends.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[test]
fn a_large_file_cut_at_every_64_kib_is_told_with_its_place() {
    let _alone = alone();
    let text = program(tier(40_000, 2_700_000), 3);
    let whole = text.trim_ascii_end().len() as u64;
    let name = format!("heap-analyzer-truncation-{}.heapsnapshot", std::process::id());
    let file = Scratch(std::env::temp_dir().join(name));
    fs::write(&file.0, &text).unwrap();
    let sources: [fn(PathBuf) -> Source; 2] = [Source::File, Source::MappedFile];
    let step = 64 << 10;
    let mut cuts = 0;
    // From the end to the beginning, so that the file is written once. At odd places too, by a seeded offset.
    let mut random = Random::new(4);
    for at in (1..=whole / step).rev() {
        let cut = (at * step).saturating_sub(random.below(2) * random.below(step)).min(whole - 1);
        fs::File::options().write(true).open(&file.0).unwrap().set_len(cut).unwrap();
        let source = sources[usize::from(at.is_multiple_of(2))](file.0.clone());
        let error = Snapshot::open(source, &Monitor::none()).expect_err("a cut snapshot");
        assert_eq!((error.code(), error.offset()), (Code::Truncated, Some(cut)), "{error}");
        cuts += 1;
    }
    println!("a file of {} MB cut at {cuts} places", whole / 1_000_000);
}
