//! The work that one evaluation may cost. A wildcard before a long text costs pattern times value, and a policy may have
//! thousands of values: what would take too long is not decided, and says so.

/// Steps that one evaluation may take, each about a character compared. A trust policy as IAM stores it (4,096
/// characters) needs thousands; this many take a third of a second in a debug build.
pub const MAX_WORK: usize = 1 << 24;

/// What is left of [`MAX_WORK`].
pub(super) struct Work {
    left: usize,
}

/// There is not enough left.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Spent;

impl Work {
    pub(super) fn new() -> Self {
        Self { left: MAX_WORK }
    }

    /// Lets one question spend half of what is left, so that a costly one leaves something for those behind it.
    pub(super) fn ask<T>(&mut self, question: impl FnOnce(&mut Self) -> Result<T, Spent>) -> Result<T, Spent> {
        let half = self.left / 2;
        let mut share = Self { left: half };
        let answer = question(&mut share);
        self.left -= half - share.left;
        answer
    }

    /// Pays for so many steps.
    pub(super) fn pay(&mut self, steps: usize) -> Result<(), Spent> {
        match self.left.checked_sub(steps) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                self.left = 0;
                Err(Spent)
            }
        }
    }
}
