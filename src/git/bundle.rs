//! The beginning of a git bundle (gitformat-bundle, versions 2 and 3): what its pack has, and where it starts.

use crate::model::ObjectId;

/// What stands in front of a bundle's pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// How many bytes the ids in its pack have.
    pub hash: usize,
    /// Whether a filter has left objects out.
    pub filtered: bool,
    /// How many commits whoever reads it must have already.
    pub prerequisites: usize,
    /// Where its pack starts.
    pub pack: usize,
}

/// Why a header cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is cut off, or its lines are not those of a bundle.
    Damaged,
    /// It asks for something that is not known here.
    Unknown,
}

const SHA1: usize = 20;
const SHA256: usize = 32;

/// Reads the header of a bundle.
///
/// # Errors
/// Why it cannot be used.
pub fn header(bytes: &[u8]) -> Result<Header, Refused> {
    let mut lines = Lines { bytes, at: 0 };
    let has_capabilities = match lines.next()? {
        b"# v2 git bundle" => false,
        b"# v3 git bundle" => true,
        _ => return Err(Refused::Damaged),
    };
    let mut header = Header {
        hash: SHA1,
        filtered: false,
        prerequisites: 0,
        pack: 0,
    };
    loop {
        let line = lines.next()?;
        match line.split_first() {
            None => break,
            Some((b'@', capability)) if has_capabilities => header.capability(capability)?,
            Some((b'-', prerequisite)) => {
                header.must_begin_with_id(prerequisite)?;
                header.prerequisites += 1;
            }
            Some(_) => header.must_begin_with_id(line)?,
        }
    }
    header.pack = lines.at;
    Ok(header)
}

impl Header {
    fn capability(&mut self, line: &[u8]) -> Result<(), Refused> {
        match line {
            b"object-format=sha1" => self.hash = SHA1,
            b"object-format=sha256" => self.hash = SHA256,
            _ if line.starts_with(b"filter=") => self.filtered = true,
            // Git stops here, too: whoever wrote it means that it cannot be read without.
            _ => return Err(Refused::Unknown),
        }
        Ok(())
    }

    fn must_begin_with_id(&self, line: &[u8]) -> Result<(), Refused> {
        let id = line.split(|&byte| byte == b' ').next();
        let id = id.and_then(ObjectId::from_hex);
        match id.is_some_and(|id| id.as_bytes().len() == self.hash) {
            true => Ok(()),
            false => Err(Refused::Damaged),
        }
    }
}

struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Lines<'a> {
    /// The next line without its end.
    fn next(&mut self) -> Result<&'a [u8], Refused> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let end = memchr::memchr(b'\n', rest).ok_or(Refused::Damaged)?;
        self.at += end + 1;
        rest.get(..end).ok_or(Refused::Damaged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id(digits: usize) -> String {
        "5a".repeat(digits / 2)
    }

    #[test]
    fn reads_what_git_writes() {
        let (short, long) = (id(40), id(64));
        let text = format!("# v2 git bundle\n-{short} subject\n{short} refs/heads/main\n\nPACK");
        let expected = Header {
            hash: 20,
            filtered: false,
            prerequisites: 1,
            pack: text.len() - 4,
        };
        assert_eq!(header(text.as_bytes()), Ok(expected));
        let text = format!(
            "# v3 git bundle\n@object-format=sha256\n@filter=blob:none\n{long} HEAD\n\nPACK"
        );
        let expected = Header {
            hash: 32,
            filtered: true,
            prerequisites: 0,
            pack: text.len() - 4,
        };
        assert_eq!(header(text.as_bytes()), Ok(expected));
    }

    #[test]
    fn refuses_what_it_would_only_guess_at() {
        let (short, long) = (id(40), id(64));
        let cases = [
            (
                "# v3 git bundle\n@object-format=md5\n\n".to_owned(),
                Refused::Unknown,
            ),
            ("# v3 git bundle\n@else\n\n".to_owned(), Refused::Unknown),
            (
                "# v2 git bundle\n@filter=x\n\n".to_owned(),
                Refused::Damaged,
            ),
            ("# v4 git bundle\n\n".to_owned(), Refused::Damaged),
            (
                format!("# v2 git bundle\n{long} HEAD\n\n"),
                Refused::Damaged,
            ),
            (
                format!("# v3 git bundle\n@object-format=sha256\n{short} HEAD\n\n"),
                Refused::Damaged,
            ),
            (
                "# v2 git bundle\nsome text\n\n".to_owned(),
                Refused::Damaged,
            ),
        ];
        for (text, why) in cases {
            assert_eq!(header(text.as_bytes()), Err(why), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_cut_off_or_changed_is_read_or_refused(
            cut in 0usize..200, at in 0usize..200, byte: u8, noise: Vec<u8>
        ) {
            let short = id(40);
            let text = format!("# v3 git bundle\n@filter=tree:0\n-{short} x\n{short} HEAD\n\n");
            let whole = text.len();
            let cut = &text.as_bytes()[..cut.min(whole)];
            prop_assert_eq!(header(cut).is_ok(), cut.len() == whole);
            let mut changed = text.into_bytes();
            changed[at % whole] = byte;
            changed.extend(noise);
            if let Ok(header) = header(&changed) {
                prop_assert!(header.pack <= changed.len());
            }
        }
    }
}
