<?php
// An access token, kept until shortly before it expires, and one call with it. Needs PHP 8 with the curl extension:
//   SEGL_URL=http://localhost:8642 SEGL_CLIENT_ID=… SEGL_CLIENT_SECRET=… php token.php
declare(strict_types=1);

function send(string $url, array $options): array
{
    $request = curl_init($url);
    curl_setopt_array($request, $options + [CURLOPT_RETURNTRANSFER => true, CURLOPT_TIMEOUT => 30]);
    $body = curl_exec($request);
    if ($body === false) throw new RuntimeException(curl_error($request));
    $status = curl_getinfo($request, CURLINFO_RESPONSE_CODE);
    if ($status !== 200) throw new RuntimeException("$status $body");
    return json_decode($body, true, flags: JSON_THROW_ON_ERROR);
}

function accessToken(string $url): string
{
    static $token = null, $usableUntil = 0;
    if (time() < $usableUntil) return $token;
    $answer = send("$url/oauth/connect/token", [
        CURLOPT_USERPWD => getenv('SEGL_CLIENT_ID') . ':' . getenv('SEGL_CLIENT_SECRET'),
        CURLOPT_POSTFIELDS => http_build_query(['grant_type' => 'client_credentials', 'scope' => 'document_read']),
    ]);
    $usableUntil = time() + $answer['expires_in'] - 60;
    return $token = $answer['access_token'];
}

$url = getenv('SEGL_URL');
$documents = send("$url/signature/documents/summary?limit=1", [
    CURLOPT_HTTPHEADER => ['Authorization: Bearer ' . accessToken($url)],
]);
echo json_encode($documents), PHP_EOL;
