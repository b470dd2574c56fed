import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An access token, kept until shortly before it expires, and one call with it. Needs Java 17 or newer, no libraries:
 * SEGL_URL=http://localhost:8642 SEGL_CLIENT_ID=... SEGL_CLIENT_SECRET=... java Token.java
 * A program of yours would read the JSON with the library that it has.
 */
public class Token {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String URL = System.getenv("SEGL_URL");
    private static String token;
    private static Instant usableUntil = Instant.MIN;

    static synchronized String accessToken() throws Exception {
        if (Instant.now().isBefore(usableUntil)) return token;
        String pair = System.getenv("SEGL_CLIENT_ID") + ":" + System.getenv("SEGL_CLIENT_SECRET");
        String body = send(HttpRequest.newBuilder(URI.create(URL + "/oauth/connect/token"))
            .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(pair.getBytes()))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString("grant_type=client_credentials&scope=document_read"))
            .build());
        token = member(body, "\"access_token\":\"([^\"]+)\"");
        usableUntil = Instant.now().plusSeconds(Long.parseLong(member(body, "\"expires_in\":(\\d+)")) - 60);
        return token;
    }

    private static String send(HttpRequest request) throws Exception {
        HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) throw new IllegalStateException(answer.statusCode() + " " + answer.body());
        return answer.body();
    }

    private static String member(String json, String pattern) {
        Matcher found = Pattern.compile(pattern).matcher(json);
        if (!found.find()) throw new IllegalStateException("not what was expected: " + json);
        return found.group(1);
    }

    public static void main(String[] args) throws Exception {
        System.out.println(send(HttpRequest.newBuilder(URI.create(URL + "/signature/documents/summary?limit=1"))
            .header("Authorization", "Bearer " + accessToken())
            .build()));
    }
}
