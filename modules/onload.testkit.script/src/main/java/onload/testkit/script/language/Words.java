package onload.testkit.script.language;

import onload.testkit.script.language.Lexer.Kind;
import onload.testkit.script.language.Lexer.Token;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The words of a script, one after the other, with what {@code -D} stands for put in. */
final class Words {
    private final List<Token> tokens = new ArrayList<>();
    private int at;

    Words(List<Token> read, Map<String, String> defines) {
        for (Token token : read) {
            String meaning = token.kind() == Kind.NAME ? defines.get(token.text()) : null;
            if (meaning == null) {
                tokens.add(token);
            } else {
                List<Token> words = new Lexer(meaning).tokens();
                words.removeLast();
                for (Token word : words) {
                    tokens.add(new Token(word.kind(), word.text(), token.line(), word.isJoined()));
                }
            }
        }
    }

    Token peek() {
        return tokens.get(at);
    }

    Token peek(int ahead) {
        return tokens.get(Math.min(at + ahead, tokens.size() - 1));
    }

    Token take() {
        Token token = peek();
        if (token.kind() != Kind.END) {
            at++;
        }
        return token;
    }

    boolean takeIf(String sign) {
        if (peek().is(sign)) {
            at++;
            return true;
        }
        return false;
    }

    void expect(String sign) {
        if (!takeIf(sign)) {
            throw unexpected("\"" + sign + "\"");
        }
    }

    /** {@return whether a name is followed by =, or by parentheses and =} */
    boolean isFieldAhead() {
        int ahead = 1;
        if (peek(ahead).is("(")) {
            while (!peek(ahead).is(")") && peek(ahead).kind() != Kind.END) {
                ahead++;
            }
            ahead++;
        }
        return peek(ahead).is("=");
    }

    long number() {
        Token token = peek();
        if (token.kind() != Kind.NUMBER) {
            throw unexpected("a number");
        }
        take();
        try {
            return parse(token.text());
        } catch (NumberFormatException e) {
            throw new ScriptException(token.line(), token + " is no number; expected such as 1000");
        }
    }

    private static long parse(String text) {
        String plain = text.replaceAll("[uUlL]+$", "");
        if (plain.startsWith("0x") || plain.startsWith("0X")) {
            return Long.parseLong(plain.substring(2), 16);
        }
        return plain.length() > 1 && plain.startsWith("0")
                ? Long.parseLong(plain, 8)
                : Long.parseLong(plain);
    }

    /** {@return the error that something else stands here} */
    ScriptException unexpected(String expected) {
        Token token = peek();
        return new ScriptException(token.line(), "expected " + expected + ", not " + token);
    }
}
