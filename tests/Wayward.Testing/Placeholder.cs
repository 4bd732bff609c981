namespace Wayward.Testing;
