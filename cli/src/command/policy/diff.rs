//! Two texts, line by line: what goes and what comes, with some lines around.

/// Lines that are the same are shown this far from a change.
const AROUND: usize = 3;

/// Lines begin with `-` (goes), `+` (comes) or a space. Longest common subsequence; for texts of some hundred lines.
pub fn lines(before: &str, after: &str) -> Vec<String> {
    let (a, b): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    // lengths[i][j]: of the longest common subsequence of what lies behind i and j.
    let mut lengths = vec![vec![0usize; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            lengths[i][j] =
                if a[i] == b[j] { lengths[i + 1][j + 1] + 1 } else { lengths[i + 1][j].max(lengths[i][j + 1]) };
        }
    }
    let (mut i, mut j, mut all) = (0, 0, Vec::new());
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            all.push((' ', a[i]));
            (i, j) = (i + 1, j + 1);
        } else if i < a.len() && (j == b.len() || lengths[i + 1][j] >= lengths[i][j + 1]) {
            all.push(('-', a[i]));
            i += 1;
        } else {
            all.push(('+', b[j]));
            j += 1;
        }
    }
    let near = |at: usize| {
        let around = at.saturating_sub(AROUND)..all.len().min(at + AROUND + 1);
        all[around].iter().any(|(mark, _)| *mark != ' ')
    };
    let mut shown = Vec::new();
    let mut skipped = false;
    for (at, (mark, line)) in all.iter().enumerate() {
        if near(at) {
            if skipped && !shown.is_empty() {
                shown.push(" …".to_owned());
            }
            skipped = false;
            shown.push(format!("{mark}{line}"));
        } else {
            skipped = true;
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_comes_before_what_comes() {
        let before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12";
        let after = "1\n2\nthree\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13";
        let expected = [" 1", " 2", "-3", "+three", " 4", " 5", " 6", " …", " 10", " 11", " 12", "+13"];
        assert_eq!(lines(before, after), expected);
        assert_eq!(lines("a", "a"), Vec::<String>::new());
        assert_eq!(lines("", "a"), ["+a"]);
    }
}
