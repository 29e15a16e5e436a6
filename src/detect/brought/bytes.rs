//! Sets of bytes, how often they stand in source code, and short sequences of them.

/// A set of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Bytes([u64; 4]);

impl Bytes {
    /// Every byte.
    pub(super) const ALL: Self = Self([u64::MAX; 4]);

    /// One byte.
    pub(super) fn one(byte: u8) -> Self {
        let mut set = Self::default();
        set.add(byte);
        set
    }

    pub(super) fn add(&mut self, byte: u8) {
        // The shift leaves two bits, so that the place is always there.
        self.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }

    pub(super) fn has(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] >> (byte & 63) & 1 != 0
    }

    pub(super) fn each(self) -> impl Iterator<Item = u8> {
        self.0
            .into_iter()
            .zip([0, 64, 128, 192])
            .flat_map(|(word, first)| {
                let next = |left: &u64| Some(left & (left - 1)).filter(|&left| left != 0);
                let begun = Some(word).filter(|&word| word != 0);
                std::iter::successors(begun, next)
                    .map(move |left| first + left.trailing_zeros() as u8)
            })
    }

    pub(super) fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// How often one of them stands at any place of source code, roughly.
    pub(super) fn chance(self) -> f64 {
        if self == Self::ALL {
            return 1.0;
        }
        self.each().map(frequency).sum()
    }
}

/// A short text of which each place is one of several bytes.
pub(super) type Sequence = Vec<Bytes>;

/// A word, whatever its case.
pub(super) fn in_any_case(word: &str) -> Sequence {
    let both = |byte: u8| {
        let mut set = Bytes::one(byte.to_ascii_lowercase());
        set.add(byte.to_ascii_uppercase());
        set
    };
    word.bytes().map(both).collect()
}

fn frequency(byte: u8) -> f64 {
    FREQUENCIES
        .get(usize::from(byte))
        .copied()
        .unwrap_or_default()
}

/// How often each byte stands in source code: counted in a few megabytes of C and Go.
static FREQUENCIES: [f64; 256] = frequencies();

const fn frequencies() -> [f64; 256] {
    const COUNTED: &[(&[u8], f64)] = &[
        (b" ", 0.1),
        (b"et", 0.068),
        (b"\tr", 0.052),
        (b"sinaoc\n", 0.038),
        (b"lud_fpm", 0.019),
        (b",()hg\".b", 0.012),
        // Digits come in runs: for three in a row each counts for more.
        (b";=y-*:/{}vkw0123456789", 0.0063),
        (b"xSE>TRAICDN&P[]LOUF", 0.003),
        (b"MBzj!+%G'q", 0.0014),
        (b"VWHK<\\|`Y#X", 0.0007),
    ];
    let mut table = [0.0003; 256];
    let mut class = 0;
    while class < COUNTED.len() {
        let (bytes, share) = COUNTED[class];
        let mut at = 0;
        while at < bytes.len() {
            table[bytes[at] as usize] = share;
            at += 1;
        }
        class += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_added() {
        let mut set = Bytes::one(b'a');
        for byte in [0, 63, 64, 200, 255, b'a'] {
            set.add(byte);
        }
        let all: Vec<u8> = set.each().collect();
        assert_eq!(all, [0, 63, 64, b'a', 200, 255]);
        assert_eq!(set.len(), 6);
        assert!(set.has(200) && !set.has(201));
        assert_eq!(Bytes::ALL.len(), 256);
        let total: f64 = (0..=255).map(frequency).sum();
        assert!((0.8..1.2).contains(&total), "{total}");
    }
}
