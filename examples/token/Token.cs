// An access token, kept until shortly before it expires, and one call with it. Needs .NET 8 or newer, no packages.
// SEGL_URL, SEGL_CLIENT_ID and SEGL_CLIENT_SECRET are environment variables.
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

var url = Environment.GetEnvironmentVariable("SEGL_URL");
var pair = $"{Environment.GetEnvironmentVariable("SEGL_CLIENT_ID")}:{Environment.GetEnvironmentVariable("SEGL_CLIENT_SECRET")}";
using var http = new HttpClient();
string? token = null;
var usableUntil = DateTimeOffset.MinValue;

async Task<string> AccessToken()
{
    if (token != null && DateTimeOffset.UtcNow < usableUntil) return token;
    using var request = new HttpRequestMessage(HttpMethod.Post, $"{url}/oauth/connect/token");
    request.Headers.Authorization =
        new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));
    request.Content = new FormUrlEncodedContent(new Dictionary<string, string>
    {
        ["grant_type"] = "client_credentials",
        ["scope"] = "document_read",
    });
    using var answer = await http.SendAsync(request);
    answer.EnsureSuccessStatusCode();
    using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
    token = body.RootElement.GetProperty("access_token").GetString()!;
    usableUntil = DateTimeOffset.UtcNow.AddSeconds(body.RootElement.GetProperty("expires_in").GetInt32() - 60);
    return token;
}

using var call = new HttpRequestMessage(HttpMethod.Get, $"{url}/signature/documents/summary?limit=1");
call.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await AccessToken());
using var result = await http.SendAsync(call);
result.EnsureSuccessStatusCode();
Console.WriteLine(await result.Content.ReadAsStringAsync());
