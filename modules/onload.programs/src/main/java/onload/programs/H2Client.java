package onload.programs;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;

/** H2's JDBC driver over TCP: ADDRESS PORT of a server. */
public final class H2Client {
    private static final int ROWS = 2000;

    private H2Client() {}

    public static void main(String[] arguments) throws Exception {
        String url = "jdbc:h2:tcp://%s:%s/mem:test".formatted(arguments[0], arguments[1]);
        try (Connection connection = DriverManager.getConnection(url, "sa", "")) {
            connection.setNetworkTimeout(Runnable::run, 20_000);
            fill(connection);
            sum(connection);
            storeMuch(connection);
        }
        Say.done();
    }

    private static void fill(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE numbers(n INT PRIMARY KEY, square BIGINT, big BLOB)");
        }
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO numbers(n, square) VALUES (?, ?)")) {
            for (int i = 0; i < ROWS; i++) {
                insert.setInt(1, i);
                insert.setLong(2, (long) i * i);
                insert.addBatch();
            }
            Say.check(Arrays.stream(insert.executeBatch()).sum() == ROWS, "all rows are in");
        }
    }

    private static void sum(Connection connection) throws SQLException {
        long sum = 0;
        long expected = 0;
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT n, square FROM numbers")) {
            while (rows.next()) {
                sum += rows.getLong(2);
                expected += (long) rows.getInt(1) * rows.getInt(1);
            }
        }
        Say.check(sum == expected && sum > ROWS, "the sum of the squares");
    }

    private static void storeMuch(Connection connection) throws SQLException {
        byte[] big = Pages.bytes(2_000_000);
        try (PreparedStatement update =
                        connection.prepareStatement("UPDATE numbers SET big = ? WHERE n = 7");
                Statement statement = connection.createStatement()) {
            update.setBytes(1, big);
            Say.check(update.executeUpdate() == 1, "one row is changed");
            try (ResultSet rows = statement.executeQuery("SELECT big FROM numbers WHERE n = 7")) {
                Say.check(rows.next() && Arrays.equals(big, rows.getBytes(1)), "all comes back");
            }
        }
    }
}
