package onload.testkit.script.language;

import java.util.ArrayList;
import java.util.List;

/** Cuts a script into words: names, numbers, texts, signs. Comments are left out. Algorithm. */
final class Lexer {
    /** What a word is. */
    enum Kind {
        NAME,
        NUMBER,
        TEXT,
        SIGN,
        CODE,
        SHELL,
        OPTION,
        END
    }

    /**
     * A word.
     *
     * @param isJoined there is no blank before it
     */
    record Token(Kind kind, String text, int line, boolean isJoined) {
        boolean is(String sign) {
            return (kind == Kind.SIGN || kind == Kind.NAME) && text.equals(sign);
        }

        @Override
        public String toString() {
            return kind == Kind.END ? "the end of the script" : "\"" + text + "\"";
        }
    }

    private static final List<String> SIGNS = List.of("...", "<<", ">>", "==", "!=", "<=", ">=");

    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int line = 1;
    private boolean isJoined;

    Lexer(String text) {
        this.text = text;
    }

    List<Token> tokens() {
        while (at < text.length()) {
            next();
        }
        tokens.add(new Token(Kind.END, "", line, false));
        return tokens;
    }

    private void next() {
        char c = text.charAt(at);
        if (Character.isWhitespace(c)) {
            advance(1);
            isJoined = false;
        } else if (text.startsWith("//", at) || c == '#') {
            skipTo("\n", "", 0);
        } else if (text.startsWith("/*", at)) {
            skipTo("*/", "a comment", 2);
        } else if (text.startsWith("%{", at)) {
            enclosed(Kind.CODE, 2, "}%", "assertions");
        } else if (c == '`') {
            enclosed(Kind.SHELL, 1, "`", "a command");
        } else if (c == '"') {
            enclosed(Kind.TEXT, 1, "\"", "a text");
        } else if (text.startsWith("--", at) && isAtLineStart()) {
            option();
        } else {
            word(c);
        }
    }

    private boolean isAtLineStart() {
        return tokens.isEmpty() || tokens.getLast().line() < line;
    }

    private void advance(int count) {
        for (int i = 0; i < count && at < text.length(); i++) {
            if (text.charAt(at++) == '\n') {
                line++;
            }
        }
    }

    private void skipTo(String end, String what, int length) {
        int found = text.indexOf(end, at + length);
        if (found < 0 && !what.isEmpty()) {
            throw new ScriptException(line, what + " has no end: expected " + end);
        }
        advance((found < 0 ? text.length() : found + length) - at);
        isJoined = false;
    }

    private void enclosed(Kind kind, int begin, String end, String what) {
        int found = text.indexOf(end, at + begin);
        if (found < 0) {
            throw new ScriptException(line, what + " has no end: expected " + end);
        }
        add(kind, text.substring(at + begin, found), found + end.length() - at);
    }

    private void option() {
        int end = text.indexOf('\n', at);
        String content = text.substring(at + 2, end < 0 ? text.length() : end);
        int comment = content.indexOf("//");
        add(
                Kind.OPTION,
                (comment < 0 ? content : content.substring(0, comment)).strip(),
                content.length() + 2);
    }

    private void add(Kind kind, String content, int length) {
        tokens.add(new Token(kind, content, line, isJoined));
        advance(length);
        isJoined = true;
    }

    private void word(char c) {
        if (Character.isDigit(c) || (c == '.' && isDigit(at + 1) && !isAfterNumber())) {
            number();
        } else if (Character.isLetter(c) || c == '_') {
            int end = at;
            while (end < text.length() && isNamePart(text.charAt(end))) {
                end++;
            }
            add(Kind.NAME, text.substring(at, end), end - at);
        } else {
            for (String sign : SIGNS) {
                if (text.startsWith(sign, at)) {
                    add(Kind.SIGN, sign, sign.length());
                    return;
                }
            }
            add(Kind.SIGN, String.valueOf(c), 1);
        }
    }

    private boolean isAfterNumber() {
        return isJoined && !tokens.isEmpty() && tokens.getLast().kind() == Kind.NUMBER;
    }

    private boolean isDigit(int index) {
        return index < text.length() && Character.isDigit(text.charAt(index));
    }

    private static boolean isNamePart(char c) {
        return Character.isLetterOrDigit(c) || c == '_';
    }

    /** Numbers of any base, fractions, addresses and cookies: all that begins with a digit. */
    private void number() {
        int end = at;
        while (end < text.length()
                && (isNamePart(text.charAt(end))
                        || (text.charAt(end) == '.'
                                && isDigit(end + 1)
                                && !text.startsWith("...", end)))) {
            end++;
        }
        add(Kind.NUMBER, text.substring(at, end), end - at);
    }
}
