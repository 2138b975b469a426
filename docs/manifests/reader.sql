-- The account of `reader:` in the configuration, for status, plans and dry runs. SHOW GLOBAL STATUS and SHOW GLOBAL VARIABLES need no
-- right. information_schema.TABLES shows only tables on which the account has some right: SHOW VIEW is one that gives away no row and
-- changes nothing. Without it the size of the data would be taken for 0.
CREATE USER 'status'@'%' IDENTIFIED BY 'put the password of Secret mariadb-status here';
GRANT SHOW VIEW ON *.* TO 'status'@'%';
