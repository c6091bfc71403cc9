//! The index file by itself: what is written is read, and nothing else ever is.

use std::{fs, sync::Arc};

use super::{scratch::Scratch, *};
use crate::monitor::Monitor;

const BYTES: Tag = Tag::new(*b"bytes...");
const WORDS: Tag = Tag::new(*b"words...");
const LONGS: Tag = Tag::new(*b"longs...");
const EMPTY: Tag = Tag::new(*b"empty...");
const LATER: Tag = Tag::new(*b"later...");

fn stamp() -> Stamp {
    Stamp { identity: Identity { size: 5, modified: 6, samples: 7 << 64 | 8 }, engine: 9 }
}

struct Contents {
    bytes: Vec<u8>,
    words: Vec<u32>,
    longs: Vec<u64>,
}

/// Sections of less than a block, of whole blocks and of some more.
fn contents() -> Contents {
    let mixed = |index: u64| index.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 13;
    Contents {
        bytes: (0..1000).map(|index| mixed(index) as u8).collect(),
        words: (0..40_000).map(|index| index * 3).collect(),
        longs: (0..8192).map(mixed).collect(),
    }
}

fn written(path: &std::path::Path, contents: &Contents) {
    let mut writer = Writer::default();
    writer.add(BYTES, &contents.bytes);
    writer.add(EMPTY, &[] as &[u32]);
    writer.add(WORDS, &contents.words);
    writer.add(LONGS, &contents.longs);
    create(path, |file| writer.write(file, None, &stamp(), &Monitor::none())).unwrap();
}

fn image() -> (Contents, Vec<u8>) {
    let (scratch, contents) = (Scratch::new(), contents());
    let path = scratch.file("index");
    written(&path, &contents);
    (contents, fs::read(path).unwrap())
}

fn of_bytes(bytes: Vec<u8>) -> Option<Shelf> {
    Shelf::open(Backing::Bytes(Arc::new(bytes)))
}

fn holds(shelf: &Shelf, contents: &Contents) {
    let words = shelf.column::<u32>(WORDS, 40_000, Rule::Rising(120_000)).unwrap().unwrap();
    assert_eq!((words.at(39_999), words.at(0), words.try_at(40_000)), (119_997, 0, None));
    assert_eq!(words.partition_point(|word| word < 60_000), 20_000);
    let view = shelf.view::<u32>(WORDS, Rule::Any).unwrap().unwrap();
    assert_eq!(view.range(8190..8194), &contents.words[8190..8194]);
    assert_eq!(&words[..], &contents.words[..]);
    assert_eq!(&shelf.column::<u64>(LONGS, 8192, Rule::Any).unwrap().unwrap()[..], &contents.longs[..]);
    assert_eq!(shelf.bytes(BYTES).unwrap().unwrap().whole(), &contents.bytes[..]);
    assert!(shelf.column::<u32>(EMPTY, 0, Rule::Below(0)).unwrap().unwrap().is_empty());
    assert!(shelf.column::<u32>(WORDS, 39_999, Rule::Any).unwrap().is_none());
    assert!(shelf.column::<u64>(BYTES, 1000, Rule::Any).unwrap().is_none());
    assert!(!shelf.has(LATER) && shelf.bytes(LATER).unwrap().is_none());
}

#[test]
fn what_was_written_is_read_however_it_is_opened() {
    let (scratch, contents) = (Scratch::new(), contents());
    let path = scratch.file("index");
    written(&path, &contents);
    for how in [Reading::Mapped, Reading::Read] {
        let shelf = Shelf::open(open(&path, how).unwrap()).unwrap();
        assert_eq!(*shelf.stamp(), stamp());
        holds(&shelf, &contents);
    }
    holds(&of_bytes(fs::read(&path).unwrap()).unwrap(), &contents);
}

#[test]
fn an_index_grows_and_who_has_it_open_sees_what_he_saw() {
    let (scratch, contents) = (Scratch::new(), contents());
    let path = scratch.file("index");
    written(&path, &contents);
    let before = Shelf::open(open(&path, Reading::Mapped).unwrap()).unwrap();
    let file = open_to_grow(&path).unwrap();
    #[cfg(unix)]
    assert_eq!(open_to_grow(&path).unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    let mut writer = Writer::default();
    writer.add(LATER, &contents.words);
    writer.write(&file, Some(&before), &stamp(), &Monitor::none()).unwrap();
    holds(&before, &contents);
    let after = Shelf::open(open(&path, Reading::Read).unwrap()).unwrap();
    assert_eq!(&after.column::<u32>(LATER, 40_000, Rule::Any).unwrap().unwrap()[..], &contents.words[..]);
    assert_eq!(after.bytes(BYTES).unwrap().unwrap().whole(), &contents.bytes[..]);
}

#[test]
fn a_changed_byte_is_seen_by_whoever_touches_it_and_by_nobody_else() {
    let (contents, image) = image();
    // Every byte of the head, and every 97th of the rest.
    for at in (0..256).chain((256..image.len()).step_by(97)) {
        let mut bytes = image.clone();
        bytes[at] ^= 1 << (at % 8);
        let Some(shelf) = of_bytes(bytes) else { continue };
        let words = shelf.column::<u32>(WORDS, 40_000, Rule::Any).unwrap().unwrap();
        for index in (0..40_000).step_by(1024) {
            if let Ok(word) = guarded(|| words.at(index)) {
                assert_eq!(word, contents.words[index], "byte {at}");
            }
        }
        if let Ok(all) = guarded(|| words.to_vec()) {
            assert_eq!(all, contents.words, "byte {at}");
        }
        let longs = shelf.column::<u64>(LONGS, 8192, Rule::Any).unwrap().unwrap();
        if let Ok(all) = guarded(|| longs.to_vec()) {
            assert_eq!(all, contents.longs, "byte {at}");
        }
        let small = shelf.bytes(BYTES).unwrap().unwrap();
        if let Ok(all) = guarded(|| small.whole().to_vec()) {
            assert_eq!(all, contents.bytes, "byte {at}");
        }
    }
    // A head or table that was changed opens no index at all.
    let head = (0..256).filter(|&at| {
        let mut bytes = image.clone();
        bytes[at] ^= 0x40;
        of_bytes(bytes).is_some()
    });
    assert_eq!(head.count(), 0);
}

#[test]
fn damage_in_one_block_leaves_the_others() {
    let (contents, mut image) = image();
    let at = image.windows(4).position(|four| four == 30_000_u32.to_le_bytes()).unwrap();
    image[at] ^= 1;
    let shelf = of_bytes(image).unwrap();
    let words = shelf.column::<u32>(WORDS, 40_000, Rule::Any).unwrap().unwrap();
    assert_eq!(guarded(|| words.at(10_000)), Err(damage::Unusable::Damaged));
    assert_eq!(guarded(|| words.at(30_000)), Ok(contents.words[30_000]));
    assert_eq!(guarded(|| words.len()), Ok(40_000));
    assert!(guarded(|| words.iter().sum::<u32>()).is_err());
}

#[test]
fn a_cut_index_is_none_and_what_is_behind_its_end_is_nobodys() {
    let (contents, image) = image();
    for cut in (0..image.len()).step_by(61).chain([image.len() - 1]) {
        assert!(of_bytes(image[..cut].to_vec()).is_none(), "cut at {cut}");
    }
    holds(&of_bytes([&image[..], b"an addition that was never finished"].concat()).unwrap(), &contents);
}

/// Heads that lie, with checksums that are right: nothing is believed that does not fit the file.
#[test]
fn a_forged_head_opens_nothing_and_asks_for_nothing() {
    let (_, image) = image();
    let forged = |at: usize, number: u64| {
        let mut bytes = image.clone();
        bytes[at..at + 8].copy_from_slice(&number.to_le_bytes());
        let sum = checksum(&bytes[..248]);
        bytes[248..256].copy_from_slice(&sum.to_le_bytes());
        of_bytes(bytes).is_some()
    };
    // Number of sections, where the table is, its length.
    for at in [56, 64, 72] {
        for number in [0, 1, 3, 5, 4097, 1 << 20, 1 << 40, u64::MAX / 32, u64::MAX - 7, u64::MAX] {
            // Fewer sections than there are is a lie that fits.
            assert!(!forged(at, number) || at == 56 && number < 4, "{number} at {at}");
        }
    }
}

/// Tables that lie, likewise: places outside the file, lengths past it, checksums that are not there.
#[test]
fn a_forged_table_opens_nothing() {
    let (_, image) = image();
    let number = |at: usize| u64::from_le_bytes(image[at..at + 8].try_into().unwrap());
    let (table_at, table_len) = (number(64) as usize, number(72) as usize);
    for entry in 0..4 {
        for field in [8, 16, 24] {
            for lie in [1_u64, 8, 255, 1 << 30, 1 << 50, u64::MAX - 63, u64::MAX] {
                let mut bytes = image.clone();
                let at = table_at + entry * 32 + field;
                if number(at) == lie {
                    continue;
                }
                bytes[at..at + 8].copy_from_slice(&lie.to_le_bytes());
                let sum = checksum(&bytes[table_at..table_at + table_len]);
                bytes[80..88].copy_from_slice(&sum.to_le_bytes());
                let sum = checksum(&bytes[..248]);
                bytes[248..256].copy_from_slice(&sum.to_le_bytes());
                // A smaller length or another first checksum fits the file; then the blocks do not fit their sums.
                let Some(shelf) = of_bytes(bytes) else { continue };
                for tag in [BYTES, EMPTY, WORDS, LONGS] {
                    let view = shelf.bytes(tag).unwrap().unwrap();
                    let _ = guarded(|| view.whole().len());
                }
            }
        }
    }
}

#[test]
fn numbers_that_others_rely_on_are_held_against_their_rule() {
    let scratch = Scratch::new();
    let path = scratch.file("index");
    let mut writer = Writer::default();
    // Falls between two blocks, and only there.
    let falls: Vec<u32> = (0..16_384).map(|index| if index < 8192 { index + 10 } else { index - 8192 }).collect();
    writer.add(WORDS, &falls);
    create(&path, |file| writer.write(file, None, &stamp(), &Monitor::none())).unwrap();
    let shelf = Shelf::open(open(&path, Reading::Mapped).unwrap()).unwrap();
    let with = |rule| {
        let column = shelf.column::<u32>(WORDS, 16_384, rule).unwrap().unwrap();
        guarded(|| column.len() + column[0] as usize)
    };
    assert!(with(Rule::Any).is_ok() && with(Rule::Below(8202)).is_ok());
    assert!(with(Rule::Below(8201)).is_err() && with(Rule::Rising(8201)).is_err() && with(Rule::Rising(1)).is_err());
}

#[test]
fn an_index_is_private_and_appears_whole() {
    let scratch = Scratch::new();
    let path = scratch.file("index");
    assert_eq!(is_ours(&path), None);
    // Somebody is at it.
    fs::write(scratch.file("index.part"), b"").unwrap();
    let busy = create(&path, |_| Ok(())).unwrap_err();
    assert_eq!(busy.kind(), std::io::ErrorKind::WouldBlock);
    fs::remove_file(scratch.file("index.part")).unwrap();
    // What fails leaves nothing.
    create(&path, |_| Err(std::io::ErrorKind::StorageFull.into())).unwrap_err();
    assert!(!path.exists() && !scratch.file("index.part").exists());
    written(&path, &contents());
    assert_eq!(is_ours(&path), Some(true));
    #[cfg(unix)]
    {
        use std::os::unix::fs::{PermissionsExt, symlink};
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o622)).unwrap();
        assert_eq!(is_ours(&path), Some(false));
        symlink(&path, scratch.file("link")).unwrap();
        assert_eq!(is_ours(&scratch.file("link")), Some(false));
    }
    assert_eq!(is_ours(&scratch.file("")), Some(false));
}

#[test]
fn an_edit_is_noticed_by_time_or_by_what_is_sampled() {
    let scratch = Scratch::new();
    let path = scratch.file("heap");
    for size in [0, 1, 70_000, 400_000, 3_000_000] {
        let mut bytes = vec![b'x'; size];
        fs::write(&path, &bytes).unwrap();
        let identity = || Identity::of(&fs::File::open(&path).unwrap()).unwrap();
        let time = fs::metadata(&path).unwrap().modified().unwrap();
        let first = identity();
        assert_eq!(first, identity());
        let set_back = || fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
        let places = [0, 60_000, size / 2, size.saturating_sub(1)];
        // Of the largest only the ends are surely among the samples.
        let places = if size > 1_000_000 { [0, 60_000, size - 60_000, size - 1] } else { places };
        for place in places.into_iter().filter(|&place| place < size) {
            bytes[place] = b'y';
            fs::write(&path, &bytes).unwrap();
            set_back();
            assert_ne!(first, identity(), "byte {place} of {size}");
            bytes[place] = b'x';
        }
        fs::write(&path, &bytes).unwrap();
        set_back();
        assert_eq!(first, identity());
        fs::File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_modified(time + std::time::Duration::from_nanos(100))
            .unwrap();
        assert_ne!(first, identity());
    }
}
