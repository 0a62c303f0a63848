package onload.nic.text;

import java.util.Collection;
import java.util.Locale;
import java.util.TreeSet;

/** Which of the names that there are is likely meant by one that is not. */
public final class NearestName {
    private NearestName() {}

    /**
     * {@return a question for the end of a clause, such as {@code ", did you mean \"tap\"?"}; empty
     * if no name is near} Near is a name that the typed one begins, or that a third of its letters
     * make of it by changing, leaving out, putting in or swapping; capitals are as small letters.
     *
     * @param typed what somebody wrote
     * @param names what there is
     */
    public static String question(String typed, Collection<String> names) {
        String nearest = "";
        int least = Math.max(1, typed.length() / 3) + 1;
        for (String name : new TreeSet<>(names)) {
            int distance = distance(lower(typed), lower(name));
            if (distance < least) {
                least = distance;
                nearest = name;
            }
        }
        if (nearest.isEmpty()) {
            nearest = begunBy(typed, names);
        }
        return nearest.isEmpty() ? "" : ", did you mean \"" + nearest + "\"?";
    }

    private static String begunBy(String typed, Collection<String> names) {
        return names.stream()
                .filter(name -> !typed.isEmpty() && lower(name).startsWith(lower(typed)))
                .min(String::compareTo)
                .orElse("");
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    /**
     * Edits that make one text of another, a swap of neighbours being one (optimal string
     * alignment).
     */
    private static int distance(String from, String to) {
        int[][] edits = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                edits[i][j] = i == 0 || j == 0 ? i + j : edited(edits, from, to, i, j);
            }
        }
        return edits[from.length()][to.length()];
    }

    private static int edited(int[][] edits, String from, String to, int i, int j) {
        boolean isSame = from.charAt(i - 1) == to.charAt(j - 1);
        int changed = edits[i - 1][j - 1] + (isSame ? 0 : 1);
        int least = Math.min(changed, 1 + Math.min(edits[i - 1][j], edits[i][j - 1]));
        boolean isSwapped =
                i > 1
                        && j > 1
                        && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1);
        return isSwapped ? Math.min(least, edits[i - 2][j - 2] + 1) : least;
    }
}
