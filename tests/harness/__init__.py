"""What tests share: databases, backends on a real socket, pseudo-terminals, the driven console. It holds no test."""
