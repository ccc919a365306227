//! Bounds-checked little-endian reading from a record.

use crate::error::Malformed;

/// A position in a byte slice. `base` is added to the offsets in errors, so that they are those of the record.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'a> {
    data: &'a [u8],
    base: usize,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(data: &'a [u8], base: usize) -> Self {
        Self { data, base, at: 0 }
    }

    /// Offset of the next byte, in the record.
    pub(crate) fn position(&self) -> usize {
        self.base + self.at
    }

    pub(crate) fn remaining(&self) -> usize {
        self.data.len() - self.at
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.remaining() == 0
    }

    pub(crate) fn fail(&self, what: &'static str) -> Malformed {
        Malformed::new(self.position(), what)
    }

    pub(crate) fn take(&mut self, n: usize, what: &'static str) -> Result<&'a [u8], Malformed> {
        let end = self.at.checked_add(n).filter(|&e| e <= self.data.len()).ok_or_else(|| self.fail(what))?;
        let slice = &self.data[self.at..end];
        self.at = end;
        Ok(slice)
    }

    fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], Malformed> {
        let mut out = [0; N];
        out.copy_from_slice(self.take(N, what)?);
        Ok(out)
    }

    pub(crate) fn u8(&mut self, what: &'static str) -> Result<u8, Malformed> {
        Ok(self.array::<1>(what)?[0])
    }

    pub(crate) fn u16(&mut self, what: &'static str) -> Result<u16, Malformed> {
        self.array(what).map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self, what: &'static str) -> Result<u32, Malformed> {
        self.array(what).map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self, what: &'static str) -> Result<u64, Malformed> {
        self.array(what).map(u64::from_le_bytes)
    }

    /// A part that begins with its own length, the four bytes of the length included.
    pub(crate) fn sized(&mut self, what: &'static str) -> Result<Self, Malformed> {
        let length = self.u32(what)? as usize;
        let inner = length.checked_sub(4).ok_or_else(|| self.fail(what))?;
        let base = self.position();
        Ok(Self::new(self.take(inner, what)?, base))
    }

    /// A sub-cursor over the next `n` bytes.
    pub(crate) fn sub(&mut self, n: usize, what: &'static str) -> Result<Self, Malformed> {
        let base = self.position();
        Ok(Self::new(self.take(n, what)?, base))
    }
}

/// Little-endian `u32` at `at`, if it is there.
pub(crate) fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    let bytes = data.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

/// Little-endian `u16` at `at`, if it is there.
pub(crate) fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    let bytes = data.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_reports_its_place() {
        let mut c = Cursor::new(&[6, 0, 0, 0, 7, 8, 9], 100);
        let mut inner = c.sized("a part").unwrap();
        assert_eq!(inner.position(), 104);
        assert_eq!(inner.u16("x").unwrap(), 0x0807);
        assert!(inner.is_empty());
        assert_eq!(c.u8("x").unwrap(), 9);
        assert_eq!(c.u16("no more"), Err(Malformed::new(107, "no more")));
    }

    #[test]
    fn a_length_shorter_than_itself_is_refused() {
        assert!(Cursor::new(&[3, 0, 0, 0], 0).sized("part").is_err());
        assert!(Cursor::new(&[255; 8], 0).sized("part").is_err());
    }
}
